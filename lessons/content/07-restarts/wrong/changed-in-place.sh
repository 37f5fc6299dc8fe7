# step: mend
cat > fragile.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: fragile
spec:
  containers:
    - name: worker
      image: busybox
      command: ["sh", "-c", "sleep 3600"]
EOF
kubectl apply -f fragile.yaml
