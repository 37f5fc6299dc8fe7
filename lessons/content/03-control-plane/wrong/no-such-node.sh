# step: by-hand
cat > by-hand.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: by-hand
spec:
  nodeName: worker-1
  containers:
    - name: app
      image: my-app:1.0
EOF
kubectl apply -f by-hand.yaml
