# step: fail
cat > import.yaml <<'EOF'
apiVersion: batch/v1
kind: Job
metadata:
  name: import
spec:
  backoffLimit: 2
  template:
    spec:
      restartPolicy: OnFailure
      containers:
        - name: import
          image: busybox:1.37
          command: ["sh", "-c", "echo there is no such file; exit 1"]
EOF
kubectl apply -f import.yaml
clock advance 60s
