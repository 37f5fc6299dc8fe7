# step: write
cat > pod.yaml <<'EOF'
apiVersion: v1
kind: pod
metadata:
  name: my-awesome-app
spec:
  containers:
    - name: my-app-container
      image: my-app:1.0
      ports:
        - containerPort: 8080
EOF
kubectl apply -f pod.yaml
