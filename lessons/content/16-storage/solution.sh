# step: container
kubectl apply -f bare.yaml
kubectl logs bare
fault container-kill default/bare/notes
clock until quiet
kubectl logs bare

# step: pod
cat > drawer.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: drawer
spec:
  terminationGracePeriodSeconds: 2
  containers:
    - name: notes
      image: busybox:1.37
      command: ["sh", "-c", "mkdir -p /data; echo started >> /data/starts; echo this is start number $(wc -l < /data/starts); sleep infinity"]
      volumeMounts:
        - name: data
          mountPath: /data
  volumes:
    - name: data
      emptyDir: {}
EOF
kubectl apply -f drawer.yaml
fault container-kill default/drawer/notes
clock until quiet
kubectl logs drawer
kubectl delete pod drawer --wait=false
clock until next
clock until quiet
kubectl apply -f drawer.yaml
kubectl logs drawer

# step: claim
cat > claim.yaml <<'EOF'
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: notes
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 1Gi
EOF
kubectl apply -f claim.yaml
cat > disk.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: disk
spec:
  terminationGracePeriodSeconds: 2
  containers:
    - name: notes
      image: busybox:1.37
      command: ["sh", "-c", "mkdir -p /data; echo started >> /data/starts; echo this is start number $(wc -l < /data/starts); sleep infinity"]
      volumeMounts:
        - name: data
          mountPath: /data
  volumes:
    - name: data
      persistentVolumeClaim:
        claimName: notes
EOF
kubectl apply -f disk.yaml
kubectl logs disk
kubectl delete pod disk --wait=false
clock until next
clock until quiet
kubectl apply -f disk.yaml
kubectl logs disk

# step: wait
kubectl apply -f later.yaml
kubectl apply -f late.yaml

# step: delete
kubectl delete pvc notes --wait=false
kubectl delete pod disk --wait=false
clock advance 20s
